"""Official reports: asked for on a page or by the calendar, made by a worker, handed out under the reader's rights."""
