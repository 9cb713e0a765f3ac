"""The workbench: officers, districts, parks and enterprises work in the browser."""
