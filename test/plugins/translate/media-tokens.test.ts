/** Documents that are made to be hard to count. */

import test from 'ava';
import {pdfPages} from '../../../plugins/translate/media-tokens.js';

test('a PDF may name any number of counts; the largest holds', t => {
	const file = Buffer.from(`%PDF-1.7 ${'/Count 1 '.repeat(1_000_000)}/Count 7 `);
	t.is(pdfPages(file.toString('base64')), 7);
});
