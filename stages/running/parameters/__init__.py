"""What params.yaml may say."""
