"""Steps that change pictures, or add some; one file each, found by its name. Whatever begins with an underscore is shared."""
