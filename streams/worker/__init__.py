"""The Faust side: from fetched batches to commits."""
