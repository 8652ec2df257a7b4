/**
 * Runs the agent as it runs on a node, to train its image and to measure it. A simulated ipamD and
 * stand-ins for CloudWatch, EC2 (both over TLS) and instance metadata run on the same machine. Not
 * part of the image.
 */
@NullMarked
package io.cnimetrics.imagetest;

import org.jspecify.annotations.NullMarked;
