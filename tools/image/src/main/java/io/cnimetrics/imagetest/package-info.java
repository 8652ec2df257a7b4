/**
 * Runs the agent as it runs on a node, to train its image and to measure it: with stand-ins for
 * CloudWatch and EC2 over TLS and for instance metadata, beside a simulated ipamD. Never gets into
 * the image.
 */
@NullMarked
package io.cnimetrics.imagetest;

import org.jspecify.annotations.NullMarked;
