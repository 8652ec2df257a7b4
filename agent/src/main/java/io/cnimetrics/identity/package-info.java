/** Who this node is: instance metadata and cluster name. */
@NullMarked
package io.cnimetrics.identity;

import org.jspecify.annotations.NullMarked;
