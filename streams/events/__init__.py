"""From the bytes of a batch to columns: decoding, time stamps, amounts, admission.  Pure."""
