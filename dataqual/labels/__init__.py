"""Labels: how they are spread, which are probably wrong, which contradict each other, and how well annotators agree."""
