"""One module for each form that the library has had."""
