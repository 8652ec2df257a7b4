/** The name, cluster and region of this node, and the origin of each of them. */
@NullMarked
package io.cnimetrics.identity;

import org.jspecify.annotations.NullMarked;
