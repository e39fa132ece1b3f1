package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// File is a file of a dossier, as it is listed.
type File struct {
	Name      string `json:"name" enum:"front,back,selfie"`
	MediaType string `json:"mediaType" enum:"image/jpeg,image/png"`
	Size      int64  `json:"size" doc:"In bytes."`
	CreatedAt string `json:"createdAt" format:"date-time"`
}

// Copied is the body of the two copies between a process and its dossier; it may
// be absent.
type Copied struct {
	Depictions []string `json:"depictions,omitempty" nullable:"true" maxItems:"3" enum:"front,back,selfie" doc:"Which images; all that are there when absent."`
}

type filesRequest struct {
	DossierPath
	UploadRequest
}

// FilePath is the part of a path that names a file of a dossier.
type FilePath struct {
	DossierPath
	Name string `path:"name" doc:"front, back or selfie, in either case."`
}

type fileUpload struct {
	FilePath
	UploadRequest
}

type fileRequest struct {
	FilePath
	Accept string `header:"Accept" doc:"application/json gives a data URL."`
}

type copyRequest struct {
	ProcessPath
	Body *Copied
}

func (a *api) registerFiles() {
	const all = "/assure/dossiers/{dossierId}/files"
	const one = all + "/{name}"
	const images = "/assure/dossiers/{dossierId}/processes/{processId}/images"
	none := withStatus(http.StatusNoContent)
	huma.Register(a.huma, a.operation(toUpload, http.MethodPost, all, "setFiles", "Set files in dossier", none,
		withDetails("Images that belong to the end-user and not to one process. A file of the same name is replaced.")), a.setFiles)
	huma.Register(a.huma, a.operation(toRead, http.MethodGet, all, "listFiles", "List files in dossier"), a.listFiles)
	huma.Register(a.huma, a.operation(toDelete, http.MethodDelete, all, "deleteFiles", "Delete all files in dossier", none, withErrors(http.StatusConflict)), a.deleteFiles)
	huma.Register(a.huma, a.operation(toUpload, http.MethodPost, one, "setFile", "Set one file in dossier", none), a.setFile)
	get := a.operation(toRead, http.MethodGet, one, "getFile", "Get file in dossier")
	get.Responses = imageResponses()
	huma.Register(a.huma, get, a.getFile)
	huma.Register(a.huma, a.operation(toDelete, http.MethodDelete, one, "deleteFile", "Delete file in dossier", none, withErrors(http.StatusConflict)), a.deleteFile)
	huma.Register(a.huma, a.operation(toUpload, http.MethodPost, images+"/from-files", "takeImagesFromFiles", "Take images of the process from the dossier's files", none,
		withDetails("[ours] Copies of the files become images of a pending process, as if they had been uploaded to it.")), a.takeFromFiles)
	huma.Register(a.huma, a.operation(toUpload, http.MethodPost, images+"/to-files", "copyImagesToFiles", "Copy images of the process to the dossier's files", none,
		withDetails("[ours] Copies of the images, of a process in whatever status, become files of the dossier.")), a.copyToFiles)
	// Described afterwards: huma would read a body that it knows of.
	a.huma.OpenAPI().Paths[all].Post.RequestBody = a.imagesBody()
	a.huma.OpenAPI().Paths[one].Post.RequestBody = imageBody()
}

func (a *api) setFiles(ctx context.Context, in *filesRequest) (*struct{}, error) {
	return nil, a.uploadFiles(ctx, in.DossierID, &in.UploadRequest, eachDepiction())
}

func (a *api) setFile(ctx context.Context, in *fileUpload) (*struct{}, error) {
	depiction, err := in.depiction()
	if err != nil {
		return nil, err
	}
	return nil, a.uploadFiles(ctx, in.DossierID, &in.UploadRequest, parts{anyPart: depiction})
}

func (a *api) uploadFiles(ctx context.Context, dossier string, in *UploadRequest, wanted parts) error {
	belongsTo(ctx, dossier)
	return a.upload(ctx, in, wanted, func(read func(service.Upload) error) error {
		return a.Service.SetFiles(ctx, callerOf(ctx).Tenant, dossier, read)
	})
}

func (p *FilePath) depiction() (idv.Depiction, error) {
	d, known := idv.ParseDepiction(p.Name)
	if !known {
		return "", idv.NotFound("file")
	}
	return d, nil
}

type fileList struct {
	Body []File `nullable:"false"`
}

func (a *api) listFiles(ctx context.Context, in *DossierPath) (*fileList, error) {
	files, err := a.Service.Files(ctx, callerOf(ctx).Tenant, in.DossierID)
	if err != nil {
		return nil, err
	}
	list := make([]File, len(files))
	for i, f := range files {
		list[i] = File{Name: string(f.Depiction), MediaType: f.MediaType, Size: f.Size, CreatedAt: showTime(f.CreatedAt)}
	}
	return &fileList{list}, nil
}

func (a *api) getFile(ctx context.Context, in *fileRequest) (*imageAnswer, error) {
	depiction, err := in.depiction()
	if err != nil {
		return nil, err
	}
	file, body, err := a.Service.File(ctx, callerOf(ctx).Tenant, in.DossierID, depiction)
	if err != nil {
		return nil, err
	}
	return a.showImage(file, body, in.Accept), nil
}

func (a *api) deleteFiles(ctx context.Context, in *DossierPath) (*struct{}, error) {
	return nil, a.Service.DeleteFiles(ctx, callerOf(ctx).Tenant, in.DossierID)
}

func (a *api) deleteFile(ctx context.Context, in *FilePath) (*struct{}, error) {
	depiction, err := in.depiction()
	if err != nil {
		return nil, err
	}
	return nil, a.Service.DeleteFiles(ctx, callerOf(ctx).Tenant, in.DossierID, depiction)
}

func (a *api) takeFromFiles(ctx context.Context, in *copyRequest) (*struct{}, error) {
	belongsTo(ctx, in.DossierID)
	return nil, a.Service.TakeFromFiles(ctx, in.key(ctx), in.chosen())
}

func (a *api) copyToFiles(ctx context.Context, in *copyRequest) (*struct{}, error) {
	belongsTo(ctx, in.DossierID)
	return nil, a.Service.CopyToFiles(ctx, in.key(ctx), in.chosen())
}

// chosen gives the depictions that the body names, none when there is no body.
func (in *copyRequest) chosen() (names []idv.Depiction) {
	if in.Body == nil {
		return nil
	}
	for _, name := range in.Body.Depictions {
		names = append(names, idv.Depiction(name))
	}
	return names
}
