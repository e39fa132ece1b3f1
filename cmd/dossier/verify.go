package main

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/render"
	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/vision"
)

type verifyCommand struct {
	Front        string `help:"Picture of the document's front." required:"" placeholder:"FILE"`
	Back         string `help:"Picture of its back." placeholder:"FILE"`
	Selfie       string `help:"Picture of the person; makes it a documentSelfie process." placeholder:"FILE"`
	DocumentType string `help:"passport, driversLicense, identityCard, residencePermit, …" required:"" placeholder:"TYPE"`

	Country          string `help:"Where the person lives, ISO 3166-1 alpha-3 (NLD)." default:"NLD" placeholder:"CCC"`
	IP               string `help:"Their IP address, instead of the country." name:"ip" placeholder:"ADDRESS"`
	Consent          bool   `help:"They have accepted Onfido's privacy notices (needed of US residents)."`
	ExtraLicenceData bool   `help:"Ask for what a driving licence says beyond a plain document."`
	FirstName        string `help:"Their first name, to be compared with the document." placeholder:"NAME"`
	LastName         string `help:"Their last name." placeholder:"NAME"`
	DateOfBirth      string `help:"Their day of birth." placeholder:"YYYY-MM-DD"`

	JSON    bool          `help:"Print the process as JSON instead of a tree." name:"json"`
	Timeout time.Duration `help:"Longest wait for the result." default:"10m"`

	connection
}

// Help says what the exit status means.
func (verifyCommand) Help() string {
	return "Exit status: 0 accepted, 2 rejected, 3 inconclusive, 4 failed or canceled, 1 anything else."
}

// statusExits maps how a verification ended to the exit status.
var statusExits = map[string]exit{"accepted": 0, "rejected": 2, "inconclusive": 3, "failed": 4, "canceled": 4}

// Run verifies.
func (c verifyCommand) Run(w world) error {
	api, err := c.connect()
	if err != nil {
		return err
	}
	if err := c.readable(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(w.ctx, c.Timeout)
	defer cancel()
	p, err := verify(ctx, w, api, c.order())
	if err != nil {
		return err
	}
	if c.JSON {
		_, err = fmt.Fprintf(w.out, "%s\n", p.Raw)
	} else {
		err = render.Process(w.out, p.Raw, render.StyleFor(w.out, w.getenv))
	}
	if err != nil {
		return err
	}
	status, known := statusExits[p.Status]
	if !known {
		return fmt.Errorf("the verification ended in a status that is not known: %q", p.Status)
	}
	if status != 0 {
		return status
	}
	return nil
}

// readable looks at the files before anything is made at the server.
func (c verifyCommand) readable() error {
	var faults []error
	for _, path := range []string{c.Front, c.Back, c.Selfie} {
		if path == "" {
			continue
		}
		f, err := os.Open(path) // #nosec G304 -- the user names the file
		faults = append(faults, err)
		if err == nil {
			faults = append(faults, f.Close())
		}
	}
	return joined(faults...)
}

// order is everything that one verification takes.
type order struct {
	user    client.UserData
	process client.ProcessRequest
	images  []client.Image
}

func (c verifyCommand) order() order {
	o := order{
		user: client.UserData{FirstName: c.FirstName, LastName: c.LastName, DateOfBirth: c.DateOfBirth},
		process: client.ProcessRequest{
			Provider: "onfido", ProcessType: "document", DocumentType: c.DocumentType,
			ProcessParameters:                  &client.ProcessParameters{Location: &client.Location{CountryOfResidence: c.Country}},
			RequestExtraDataFromDrivingLicense: c.ExtraLicenceData,
		},
		images: []client.Image{client.FromFile("front", c.Front)},
	}
	if c.IP != "" {
		o.process.ProcessParameters.Location = &client.Location{IPAddress: c.IP}
	}
	if c.Consent {
		o.process.ProcessParameters.Consents = &client.Consents{Privacy: true}
	}
	if c.Back != "" {
		o.images = append(o.images, client.FromFile("back", c.Back))
	}
	if c.Selfie != "" {
		o.process.ProcessType = "documentSelfie"
		o.images = append(o.images, client.FromFile("selfie", c.Selfie))
	}
	return o
}

// verify does steps A to F of the integration page and says what it does.
func verify(ctx context.Context, w world, api *client.Client, o order) (p *client.Process, err error) {
	var at client.Ref
	steps := []struct {
		name string
		do   func(report func(string)) error
	}{
		{"create dossier", func(func(string)) error {
			d, err := api.CreateDossier(ctx, "")
			if err == nil {
				at.DossierID = d.DossierID
			}
			return err
		}},
		{"set user data", func(report func(string)) error {
			if o.user == (client.UserData{}) {
				report("none given")
				return nil
			}
			return api.SetUserData(ctx, at.DossierID, o.user)
		}},
		{"create process", func(func(string)) error {
			p, err := api.CreateProcess(ctx, at.DossierID, o.process)
			if err == nil {
				at.ProcessID = p.ProcessID
			}
			return err
		}},
		{"upload images", func(func(string)) error { return api.SetImages(ctx, at, o.images...) }},
		{"start verification", func(func(string)) error {
			_, err := api.StartVerification(ctx, at)
			return err
		}},
		{"wait for the result", func(report func(string)) error {
			p, err = api.WaitForResult(ctx, at, func(p *client.Process) { report(p.Status) })
			return err
		}},
	}
	progress := render.NewProgress(w.err, render.StyleFor(w.err, w.getenv))
	for _, step := range steps {
		if err := progress.Do(step.name, step.do); err != nil {
			return nil, explain(err, at)
		}
	}
	return p, nil
}

// explain says where to look for what was begun.
func explain(err error, at client.Ref) error {
	if at.ProcessID == "" {
		return err
	}
	return fmt.Errorf("%w (dossier %s, process %s)", err, at.DossierID, at.ProcessID)
}

// runDemo verifies drawn specimens through the public API and prints what a
// person wants to see: what is in the passport, and the verdict.
func runDemo(w world, cfg client.Config, flaws []specimen.Flaw) error {
	api, err := client.New(cfg)
	if err != nil {
		return err
	}
	o, passport, err := demoOrder(flaws)
	if err != nil {
		return err
	}
	if err := showReading(w, passport); err != nil {
		return err
	}
	fmt.Fprintln(w.out, "A verification of specimen images, through the public API:")
	p, err := verify(w.ctx, w, api, o)
	if err != nil {
		return err
	}
	return render.Process(w.out, p.Raw, render.StyleFor(w.out, w.getenv))
}

// offerCapture starts a capture flow for whoever sits before the machine.
func offerCapture(w world, cfg client.Config) error {
	api, err := client.New(cfg)
	if err != nil {
		return err
	}
	d, err := api.CreateDossier(w.ctx, "")
	if err != nil {
		return err
	}
	server, err := url.Parse(cfg.URL)
	if err != nil {
		return err
	}
	c, err := api.StartCapture(w.ctx, d.DossierID, client.CaptureRequest{
		Providers:   []client.ProcessRequest{{Provider: "onfido", ProcessType: "documentSelfie"}},
		RedirectURL: "http://localhost:" + server.Port() + "/docs",
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "\nAs an end-user sees it, with your own camera (until %s):\n  %s\n", c.ExpiresAt.Local().Format("15:04 on 2 January"), c.URL)
	return nil
}

// showReading prints what is read in a picture.
func showReading(w world, picture []byte) error {
	reader, err := vision.New()
	if err != nil {
		return err
	}
	reading, err := reader.Read(w.ctx, picture, vision.Options{Today: time.Now()})
	if err != nil {
		return fmt.Errorf("read the passport: %w", err)
	}
	return showText(w.out, inspected{File: "A specimen passport, as it is read:", Reading: reading})
}

// demoOrder is the verification of the demo, and its passport.
func demoOrder(flaws []specimen.Flaw) (o order, front []byte, err error) {
	passport, selfie := specimen.Order{Type: specimen.Passport, Flaws: flaws}, specimen.Order{Type: specimen.Selfie}
	holder := specimen.Default(specimen.Passport).Holder
	o = order{
		user: client.UserData{FirstName: holder.FirstName, LastName: holder.LastName, DateOfBirth: holder.Birth.Format(time.DateOnly)},
		process: client.ProcessRequest{
			Provider: "onfido", ProcessType: "documentSelfie", DocumentType: "passport",
			ProcessParameters: &client.ProcessParameters{Location: &client.Location{CountryOfResidence: "NLD"}},
		},
	}
	for depiction, drawn := range map[string]specimen.Order{"front": passport, "selfie": selfie} {
		var picture bytes.Buffer
		if err := specimen.JPEG(&picture, drawn); err != nil {
			return o, nil, fmt.Errorf("draw the %s: %w", depiction, err)
		}
		o.images = append(o.images, client.Bytes(depiction, picture.Bytes()))
		if depiction == "front" {
			front = picture.Bytes()
		}
	}
	return o, front, nil
}
