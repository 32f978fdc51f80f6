"""What a trained model is judged by, beside its loss."""
