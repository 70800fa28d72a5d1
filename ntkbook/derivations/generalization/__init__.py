"""Chapter 7, generalization: what a spectrum says about the error at new inputs. Not yet on a page."""
