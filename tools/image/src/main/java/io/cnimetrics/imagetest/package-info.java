/**
 * Runs the agent like on a node, to train the image's cache and to measure the agent. A simulated
 * ipamD and stand-ins for CloudWatch, EC2 (both over TLS) and instance metadata run on the same
 * machine. Not part of the image.
 */
@NullMarked
package io.cnimetrics.imagetest;

import org.jspecify.annotations.NullMarked;
