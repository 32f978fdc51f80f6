"""The sections of the page of a study, a module each under the name that the page gives it, and what they share."""
