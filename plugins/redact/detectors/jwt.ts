/** JSON web tokens. */

import {traits} from '../traits/bits.js';
import {type Detector, matches} from './detector.js';

/**
 * Header and payload begin with `{"`, which is `eyJ` in base64url; the signature may be missing or cut off.
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-7.1 (JWS), https://www.rfc-editor.org/rfc/rfc7516#section-7.1 (JWE)
 */
const pattern =
	/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.(?:eyJ[A-Za-z0-9_-]{3,}(?:\.[A-Za-z0-9_-]*)?|[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){3})/g;

export const jwt: Detector = {
	kind: 'jwt',
	needs: traits.jwt,
	find: text => matches(text, {pattern}),
};
