"""The screen on depth: why residual."""
