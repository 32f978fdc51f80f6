"""What a study found out, as plain facts; all that is shown of a study is made from them alone."""
