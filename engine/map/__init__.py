"""The map: neighbours, layout, clusters, names, and the process that makes them."""
