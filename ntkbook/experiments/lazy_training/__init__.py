"""How far networks of finite width move in training: weights, kernels, curvature, and the price of laziness."""
