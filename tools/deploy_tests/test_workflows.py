"""The workflows of .github, which only run when it is too late to mend them."""

import tempfile
import unittest
from pathlib import Path

from rendering import TOP, Refused, run

WORKFLOWS = sorted((TOP / ".github/workflows").glob("*.yml"))


class Workflows(unittest.TestCase):
    def test_actionlint_finds_nothing(self):
        self.assertGreaterEqual(len(WORKFLOWS), 2)
        run("ACTIONLINT", "-no-color", *WORKFLOWS)

    def test_actionlint_would_find_something(self):
        text = WORKFLOWS[0].read_text().replace("runs-on:", "runs-in:")
        with tempfile.TemporaryDirectory() as directory:
            broken = Path(directory) / "broken.yml"
            broken.write_text(text)
            with self.assertRaisesRegex(Refused, "runs-in"):
                run("ACTIONLINT", "-no-color", broken)


if __name__ == "__main__":
    unittest.main()
