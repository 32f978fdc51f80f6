"""The profile of a picture corpus: what is measured, which pictures are shown, what is found."""
