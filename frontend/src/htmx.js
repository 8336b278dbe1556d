// Pages whose parts come by themselves: htmx, as it is.
import 'htmx.org';
