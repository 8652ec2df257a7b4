@NullMarked
package io.cnimetrics.health;

import org.jspecify.annotations.NullMarked;
