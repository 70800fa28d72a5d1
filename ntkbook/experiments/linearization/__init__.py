"""How far networks of finite width stray from their linearization in training."""
