select ensure_partitions()
