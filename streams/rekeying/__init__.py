"""Events on their way to the partition of another entity: who gets them, as what bytes, and who folds them."""
