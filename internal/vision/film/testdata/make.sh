#!/bin/sh
# Made the films here, with ffmpeg 5.1 of Debian, out of drawn heads that nobody owns: ./make.sh
set -e
cd "$(dirname "$0")"
film() { ffmpeg -nostdin -v error -y "$@"; }
one=../../testdata/selfie-0.jpg two=../../testdata/two-faces.jpg
sound='-f lavfi -i sine=duration=3'
moving="scale=400:-2,crop=320:240:x='40+35*sin(2*t)':y='(ih-240)/2'"
still='scale=320:-2,crop=320:240'
film -loop 1 -framerate 10 -t 3 -i $one $sound -vf "$moving" -c:v libvpx -b:v 120k -g 5 -c:a libopus -b:a 16k -f webm -live 1 moving.webm
film -loop 1 -framerate 10 -t 3 -i $one -vf "$still" -c:v libvpx -b:v 60k -g 10 still.webm
film -loop 1 -framerate 10 -t 2 -i $two -vf "$moving" -c:v libvpx -b:v 60k -g 10 two.webm
film -loop 1 -framerate 10 -t 3 -i $one -vf "$moving" -c:v libvpx-vp9 -b:v 60k vp9.webm
film -loop 1 -framerate 10 -t 3 -i $one $sound -vf "$moving" -c:v libx264 -pix_fmt yuv420p -crf 32 -c:a aac -b:a 16k h264.mp4
film -loop 1 -framerate 10 -t 3 -i $one -vf "$moving" -c:v libx264 -pix_fmt yuv420p -crf 32 -movflags frag_keyframe+empty_moov+default_base_moof -g 10 fragments.mp4
