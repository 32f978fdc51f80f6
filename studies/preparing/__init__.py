"""From the corpus of a study to the files it trains on: held out, decontaminated, graded, chosen, written, packed."""
