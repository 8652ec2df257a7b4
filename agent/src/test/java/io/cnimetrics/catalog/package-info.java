@NullMarked
package io.cnimetrics.catalog;

import org.jspecify.annotations.NullMarked;
