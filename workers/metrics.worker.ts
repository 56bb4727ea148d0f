import { createMetricsHandlers, fetchWordNet, type MetricsApi } from '../src/lab/metrics-work.ts';
import { serve } from '../src/rpc/server.ts';

serve<MetricsApi>(createMetricsHandlers(fetchWordNet));
