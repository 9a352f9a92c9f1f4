"""``python -m tests.samples`` writes the sample events of the definitions that come along."""

from tests.samples.library import BUSINESSES, FOLDER, sample
from tests.samples.log import packed

if __name__ == "__main__":
    for name in BUSINESSES:
        packed(sample(name), FOLDER / name / "events.jsonl.gz")
