package fault

import "time"

// Delivery is one sending of a webhook.
type Delivery struct {
	After  time.Duration
	Forged bool // to be signed wrongly
}

// Webhook is how often, when and how truly an event is delivered: once, at once and truly without a fault.
func (in *Injector) Webhook(event string) []Delivery {
	out := []Delivery{{}}
	for _, f := range in.strike("", event, Lost, Doubled, Late, Shuffled, Forged) {
		switch f.Kind {
		case Lost:
			return nil
		case Doubled:
			out = append(out, out[0])
		case Forged:
			out = append([]Delivery{{Forged: true}}, out...)
		case Late:
			for i := range out {
				out[i].After += f.delay()
			}
		case Shuffled:
			for i := range out {
				out[i].After += in.jitter(f.delay())
			}
		}
	}
	return out
}
