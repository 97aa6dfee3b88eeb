// Reads compose files as Docker Compose does, with Compose's own library: schema, variables,
// `extends` and merging of several files included. Prints what comes out as JSON, or says what is
// wrong. It starts nothing.
//
//	compose FILE... < ENV
//
// ENV is what stands in `.env`; nothing is taken from the process' environment.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(files []string) error {
	if len(files) == 0 {
		return errors.New("usage: compose FILE... < ENV")
	}
	environment, err := dotenv.Parse(os.Stdin)
	if err != nil {
		return err
	}
	details := types.ConfigDetails{
		// Of the first file, as Compose takes it when nothing else is said.
		WorkingDir:  filepath.Dir(files[0]),
		Environment: environment,
	}
	for _, file := range files {
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: file})
	}
	project, err := loader.LoadWithContext(context.Background(), details, func(options *loader.Options) {
		options.SetProjectName("test", true)
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(project)
}
