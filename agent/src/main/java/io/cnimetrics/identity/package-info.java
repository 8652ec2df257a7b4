/** The name, cluster and region of this node, and the origin of each value. */
@NullMarked
package io.cnimetrics.identity;

import org.jspecify.annotations.NullMarked;
