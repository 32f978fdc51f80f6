"""What models are trained and tested on: token files and the windows of them, pictures, prompts, labelled examples."""
