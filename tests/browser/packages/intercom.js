// As Intercom's own package wants it.
import Intercom from '@intercom/messenger-js-sdk';

Intercom({ app_id: 'abcd1234' });
