"""The pipeline's stages, one file each: read parameters, read inputs, call `nn`, write outputs."""
