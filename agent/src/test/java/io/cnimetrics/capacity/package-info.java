@NullMarked
package io.cnimetrics.capacity;

import org.jspecify.annotations.NullMarked;
