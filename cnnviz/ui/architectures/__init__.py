"""The gallery: LeNet to ConvNeXt, what each cost, and why networks changed."""
