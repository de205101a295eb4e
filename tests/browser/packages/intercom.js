// The set-up by the documentation of Intercom's own package.
import Intercom from '@intercom/messenger-js-sdk';

Intercom({ app_id: 'abcd1234' });
