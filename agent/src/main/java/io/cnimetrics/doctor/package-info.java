/**
 * Checks of one node: each one a class, or a row of a table, with a condition, a cause and a
 * remedy. They judge what polls have seen; what else they must ask of the world is an interface
 * here.
 */
@NullMarked
package io.cnimetrics.doctor;

import org.jspecify.annotations.NullMarked;
