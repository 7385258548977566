"""The search's settings, searched by what runs on some targets yield; what is best is tried on others before it is believed."""
