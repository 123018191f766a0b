"""Many pictures: what files, folders and data sets hold, read here with tf.data, or on a cluster with Ray."""
