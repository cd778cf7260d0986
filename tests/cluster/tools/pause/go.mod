module file-simulator.test/pause

go 1.21
