package idv

import (
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"
)

// CaptureConfiguration is a stored set of wishes about the capture pages. The
// customer chooses its ID, which is unique in the tenant (Assure contract section 1).
type CaptureConfiguration struct {
	ID, TenantID string
	CaptureProfile
	CreatedAt, UpdatedAt time.Time
}

// MaxCaptureConfigurations is how many a tenant may have.
const MaxCaptureConfigurations = 100

// CaptureProfile is how the capture pages look and what they ask (Assure contract
// section 10). Empty fields stand for the defaults, which docs/capture.md lists. Its JSON is that of the API.
type CaptureProfile struct {
	PageTitle         string `json:"pageTitle,omitempty" doc:"Name in the title bar and at the head of the page."`
	Favicon           string `json:"favicon,omitempty" doc:"https address or data URL of a small picture."`
	FontName          string `json:"fontName,omitempty" doc:"Font family."`
	FontURL           string `json:"fontUrl,omitempty" doc:"https address of the font file (woff2, woff, ttf, otf) of fontName."`
	PrimaryColor      string `json:"primaryColor,omitempty" doc:"Headings, links and frames: #rrggbb."`
	FontColor         string `json:"fontColor,omitempty" doc:"Text: #rrggbb."`
	ButtonsColor      string `json:"buttonsColor,omitempty" doc:"#rrggbb"`
	ButtonsHoverColor string `json:"buttonsHoverColor,omitempty" doc:"#rrggbb"`
	ButtonsTextColor  string `json:"buttonsTextColor,omitempty" doc:"#rrggbb"`
	SpinnerColor      string `json:"spinnerColor,omitempty" doc:"#rrggbb"`
	CustomCSS         string `json:"customCss,omitempty" doc:"Style sheet behind ours; it may load nothing."`

	DocumentTypes          []string                     `json:"documentTypes,omitempty" nullable:"false" doc:"Document types that are offered; none means all that the provider takes."`
	DocumentCountries      map[string]any               `json:"documentCountries,omitempty" doc:"Document type to a list of ISO 3166-1 alpha-3 codes, or univ for all."`
	DefaultCountry         string                       `json:"defaultCountry,omitempty" doc:"Country of residence that is proposed."`
	DefaultDocumentCountry string                       `json:"defaultDocumentCountry,omitempty" doc:"Issuing country that is proposed."`
	Languages              []string                     `json:"languages,omitempty" nullable:"false" doc:"Languages that can be chosen; none means all."`
	DefaultLanguage        string                       `json:"defaultLanguage,omitempty" doc:"Where the browser's language is not offered."`
	Translations           map[string]map[string]string `json:"translations,omitempty" doc:"Language to name of a text to the text."`

	ShowPrerequisitesScreen        *bool         `json:"showPrerequisitesScreen,omitempty" nullable:"true" doc:"Default true."`
	PrerequisitesScreenItems       []CaptureItem `json:"prerequisitesScreenItems,omitempty" nullable:"false" doc:"Instead of ours."`
	ShowConsentPage                *bool         `json:"showConsentPage,omitempty" nullable:"true" doc:"Default false: only where the provider demands consent, which this cannot turn off. True: to everybody who shows their face."`
	ShowCountryBeforeDocumentType  *bool         `json:"showCountryBeforeDocumentType,omitempty" nullable:"true" doc:"Default true."`
	ShowDocumentInstructionsScreen *bool         `json:"showDocumentInstructionsScreen,omitempty" nullable:"true" doc:"Default false."`
	DocumentInstructionsItems      []CaptureItem `json:"documentInstructionsScreenItems,omitempty" nullable:"false" doc:"Instead of ours."`
	ShowModalBeforeRedirect        *bool         `json:"showModalBeforeRedirect,omitempty" nullable:"true" doc:"Default false: the browser goes on by itself."`

	AllowFileUpload               []string `json:"allowFileUpload,omitzero" nullable:"false" doc:"Devices (mobile, desktop) on which a file may be chosen; absent means both."`
	AllowTakePhoto                []string `json:"allowTakePhoto,omitzero" nullable:"false" doc:"Devices (mobile, desktop) on which the camera may be used; absent means both."`
	AllowZoomOnPreview            []string `json:"allowZoomOnPreview,omitzero" nullable:"false" doc:"Devices (mobile, desktop) on which a picture can be enlarged; absent means both."`
	DetectGlare                   []string `json:"detectGlare,omitzero" nullable:"false" doc:"Ways (uploadPhoto, takePhoto) in which glare is looked for; absent means both."`
	EnableOrientationConfirmation *bool    `json:"enableOrientationConfirmation,omitempty" nullable:"true" doc:"Default false: asks whether a picture is the right way up, and turns it."`
	AutoCapture                   *bool    `json:"autoCapture,omitempty" nullable:"true" doc:"Default false: takes the picture of a document by itself once it is sharp and still."`
	UseNativeCamera               *bool    `json:"useNativeCamera,omitempty" nullable:"true" doc:"Default false: on a phone, the camera app instead of the page's."`
	MaxRetries                    *int     `json:"maxRetries,omitempty" nullable:"true" doc:"How many pictures are found wanting before one may be used anyway: 0 to 10, default 2."`

	EnableMobileHandover  *bool    `json:"enableMobileHandover,omitempty" nullable:"true" doc:"Default true: a desktop offers to go on with a phone."`
	ForceMobileHandover   *bool    `json:"forceMobileHandover,omitempty" nullable:"true" doc:"Default false: on a desktop there is no other way."`
	MobileHandoverModes   []string `json:"mobileHandoverModes,omitempty" nullable:"false" doc:"qrCode; sms cannot work without a gateway and is refused."`
	MobileHandoverTimeout *int     `json:"mobileHandoverTimeout,omitempty" nullable:"true" doc:"Seconds that the desktop waits for the phone before it offers to go on without, 10 to 3600; default 300."`

	OnfidoConfig map[string]any `json:"onfidoConfig,omitempty" doc:"Options of Onfido's Web SDK, for sdk native."`
}

// CaptureItem is one point of a screen that explains something.
type CaptureItem struct {
	Image       string `json:"image,omitempty" doc:"https address or data URL of a picture; on the instructions screen only."`
	Icon        string `json:"icon,omitempty" doc:"One of document, camera, light, glare, sharp, frame, face, clock; on the instructions screen only."`
	Title       string `json:"title" doc:"At most 100 characters."`
	Description string `json:"description,omitempty" doc:"At most 500 characters."`
}

// The devices and ways that lists of a profile name.
const (
	OnMobile    = "mobile"
	OnDesktop   = "desktop"
	WayUpload   = "uploadPhoto"
	WayPhoto    = "takePhoto"
	everywhere  = "univ"
	modeQRCode  = "qrCode"
	modeSMS     = "sms"
	maxItems    = 10
	maxCSS      = 20_000
	maxPageName = 100
)

// CaptureIcons lists the icons that an item may name.
func CaptureIcons() []string {
	return []string{"document", "camera", "light", "glare", "sharp", "frame", "face", "clock"}
}

// CaptureTexts knows the catalogues of the pages.
type CaptureTexts interface {
	// Languages lists the languages there are.
	Languages() []string
	// Known says whether the pages have a text of that name.
	Known(name string) bool
}

// configurationID is what the API's description says of it.
var configurationID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// CheckConfigurationID refuses an id that a customer cannot choose for a capture
// configuration (Assure contract section 2).
func CheckConfigurationID(id string) error {
	c := checker{}
	c.that(configurationID.MatchString(id), "configurationId", "must be 1 to 64 of A-Z a-z 0-9 . _ -, the first a letter or digit")
	return c.err()
}

// Validate checks a profile and reports every fault at once. What it lets
// through works: a wish that cannot be met is a fault with its reason.
func (p *CaptureProfile) Validate(texts CaptureTexts) error {
	c := checker{}
	p.checkLook(&c)
	p.checkDocuments(&c)
	p.checkLanguages(&c, texts)
	p.checkScreens(&c)
	p.checkDevices(&c)
	p.checkHandover(&c)
	p.checkOnfido(&c)
	return c.err()
}

func (p *CaptureProfile) checkDocuments(c *checker) {
	for _, t := range p.DocumentTypes {
		c.that(DocumentType(t).Known(), "documentTypes", "holds a type that Assure does not know")
	}
	for t, countries := range p.DocumentCountries {
		name := "documentCountries." + t
		if !DocumentType(t).Known() {
			c.that(false, "documentCountries", "names a type that Assure does not know")
			continue
		}
		c.that(len(p.DocumentTypes) == 0 || slices.Contains(p.DocumentTypes, t), name, "is for a type that documentTypes does not offer")
		list, ok := countryList(countries)
		c.that(ok && !slices.ContainsFunc(list, func(code string) bool { return !IsCountry(code) }), name,
			"must be a list of ISO 3166-1 alpha-3 codes, or univ")
	}
	c.that(p.DefaultCountry == "" || IsCountry(p.DefaultCountry), "defaultCountry", "must be an ISO 3166-1 alpha-3 code")
	c.that(p.DefaultDocumentCountry == "" || IsCountry(p.DefaultDocumentCountry), "defaultDocumentCountry", "must be an ISO 3166-1 alpha-3 code")
}

// countryList reads a list of codes; univ is none, for all.
func countryList(v any) (codes []string, ok bool) {
	if v == everywhere {
		return nil, true
	}
	list, ok := v.([]any)
	for _, entry := range list {
		code, isText := entry.(string)
		codes, ok = append(codes, code), ok && isText
	}
	return codes, ok && len(codes) > 0
}

// Offers says whether the profile offers a document of a country.
func (p *CaptureProfile) Offers(t DocumentType, country string) bool {
	if len(p.DocumentTypes) > 0 && !slices.Contains(p.DocumentTypes, string(t)) {
		return false
	}
	countries, named := p.DocumentCountries[string(t)]
	if !named {
		return true
	}
	codes, _ := countryList(countries)
	return len(codes) == 0 || slices.Contains(codes, country)
}

func (p *CaptureProfile) checkLanguages(c *checker, texts CaptureTexts) {
	known := texts.Languages()
	for _, l := range p.Languages {
		c.that(slices.Contains(known, l), "languages", fmt.Sprintf("holds a language without texts; there are %q", known))
	}
	offered := p.Languages
	if len(offered) == 0 {
		offered = known
	}
	c.that(p.DefaultLanguage == "" || slices.Contains(offered, p.DefaultLanguage), "defaultLanguage", "must be one of the languages that are offered")
	for l, own := range p.Translations {
		c.that(slices.Contains(offered, l), "translations", "is for a language that is not offered")
		for name, text := range own {
			c.that(texts.Known(name), "translations", "names a text that the pages do not have")
			c.that(text != "" && utf8.RuneCountInString(text) <= 1000, "translations", "texts must have 1 to 1000 characters")
		}
	}
}

func (p *CaptureProfile) checkScreens(c *checker) {
	c.that(len(p.PrerequisitesScreenItems) == 0 || !isFalse(p.ShowPrerequisitesScreen), "prerequisitesScreenItems", "would never be seen: showPrerequisitesScreen is false")
	c.that(len(p.DocumentInstructionsItems) == 0 || isTrue(p.ShowDocumentInstructionsScreen), "documentInstructionsScreenItems", "would never be seen: showDocumentInstructionsScreen is not true")
	for _, i := range p.PrerequisitesScreenItems {
		i.check(c, "prerequisitesScreenItems")
		c.that(i.Image == "" && i.Icon == "", "prerequisitesScreenItems", "has no pictures: title and description only")
	}
	for _, i := range p.DocumentInstructionsItems {
		i.check(c, "documentInstructionsScreenItems")
		c.that(i.Image == "" || i.Icon == "", "documentInstructionsScreenItems", "may have an image or an icon, not both")
	}
	c.that(len(p.PrerequisitesScreenItems) <= maxItems, "prerequisitesScreenItems", "may have at most 10 items")
	c.that(len(p.DocumentInstructionsItems) <= maxItems, "documentInstructionsScreenItems", "may have at most 10 items")
	c.that(p.MaxRetries == nil || *p.MaxRetries >= 0 && *p.MaxRetries <= 10, "maxRetries", "must be 0 to 10")
}

func (i CaptureItem) check(c *checker, name string) {
	c.that(i.Title != "" && utf8.RuneCountInString(i.Title) <= 100, name, "titles must have 1 to 100 characters")
	c.that(utf8.RuneCountInString(i.Description) <= 500, name, "descriptions must have at most 500 characters")
	c.that(i.Image == "" || isPicture(i.Image), name, "image must be an https address or a data URL of a picture")
	c.that(i.Icon == "" || slices.Contains(CaptureIcons(), i.Icon), name, fmt.Sprintf("icon must be one of %q", CaptureIcons()))
}

func (p *CaptureProfile) checkDevices(c *checker) {
	devices := []string{OnMobile, OnDesktop}
	for name, list := range map[string][]string{"allowFileUpload": p.AllowFileUpload, "allowTakePhoto": p.AllowTakePhoto, "allowZoomOnPreview": p.AllowZoomOnPreview} {
		c.that(only(list, devices), name, "must be a list of mobile and desktop")
	}
	c.that(only(p.DetectGlare, []string{WayUpload, WayPhoto}), "detectGlare", "must be a list of uploadPhoto and takePhoto")
	c.that(Allows(p.AllowFileUpload, OnMobile) || Allows(p.AllowTakePhoto, OnMobile), "allowTakePhoto", "with allowFileUpload leaves no way on a phone")
	c.that(Allows(p.AllowFileUpload, OnDesktop) || Allows(p.AllowTakePhoto, OnDesktop) || p.HandsOver(), "allowTakePhoto", "with allowFileUpload leaves no way on a desktop, not even a phone")
	c.that(!isTrue(p.AutoCapture) || Allows(p.AllowTakePhoto, OnMobile) && !isTrue(p.UseNativeCamera) || Allows(p.AllowTakePhoto, OnDesktop),
		"autoCapture", "needs the camera of the page: see allowTakePhoto and useNativeCamera")
	c.that(!isTrue(p.UseNativeCamera) || Allows(p.AllowTakePhoto, OnMobile), "useNativeCamera", "needs allowTakePhoto on mobile")
}

func (p *CaptureProfile) checkHandover(c *checker) {
	for _, m := range p.MobileHandoverModes {
		c.that(m != modeSMS, "mobileHandoverModes", "sms is not supported: this server has no gateway that sends messages; use qrCode")
		c.that(m == modeQRCode || m == modeSMS, "mobileHandoverModes", "must be a list of qrCode")
	}
	c.that(!isTrue(p.ForceMobileHandover) || p.HandsOver(), "forceMobileHandover", "contradicts enableMobileHandover: false")
	c.that(p.HandsOver() || len(p.MobileHandoverModes) == 0, "mobileHandoverModes", "would never be seen: enableMobileHandover is false")
	c.that(p.HandsOver() || p.MobileHandoverTimeout == nil, "mobileHandoverTimeout", "would never be seen: enableMobileHandover is false")
	c.that(p.MobileHandoverTimeout == nil || *p.MobileHandoverTimeout >= 10 && *p.MobileHandoverTimeout <= 3600, "mobileHandoverTimeout", "must be 10 to 3600 seconds")
}

// HandsOver says whether a desktop offers to go on with a phone.
func (p *CaptureProfile) HandsOver() bool { return !isFalse(p.EnableMobileHandover) }

// Allows says whether a list of a profile has an entry; an absent list has all.
func Allows(list []string, entry string) bool { return list == nil || slices.Contains(list, entry) }

func only(list, allowed []string) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !slices.Contains(allowed, s) })
}

func isTrue(b *bool) bool  { return b != nil && *b }
func isFalse(b *bool) bool { return b != nil && !*b }
