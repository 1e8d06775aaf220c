"""The server the robots call home to: bookings, rooms, signaling, pages."""
