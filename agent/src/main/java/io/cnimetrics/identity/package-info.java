/** The name, cluster and region of this node, and where each of them comes from. */
@NullMarked
package io.cnimetrics.identity;

import org.jspecify.annotations.NullMarked;
