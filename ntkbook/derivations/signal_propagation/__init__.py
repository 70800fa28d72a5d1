"""Chapter 3, signal propagation: what a deep network does to a signal, to a small change of it, and to a gradient."""
