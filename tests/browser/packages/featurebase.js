import { boot } from 'featurebase-js';

boot({ appId: 'app-1' });
