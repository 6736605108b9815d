/** Published SDKs, unchanged, as clients of a whole server. */
package io.assent.sdk;
