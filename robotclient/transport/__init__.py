"""What makes aiortc hold on bad networks; `attach` is the one place that touches its inside."""
